"""What the service and its machine did lately, kept in memory."""
