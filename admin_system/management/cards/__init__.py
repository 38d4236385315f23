"""Cards of the overview: what each shows, one file a card; their templates bear the same names."""
