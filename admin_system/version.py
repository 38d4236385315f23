"""The version that the service tells; pyproject.toml and CHANGELOG.md name the same."""

VERSION = "0.1.0"
