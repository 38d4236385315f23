"""Analyses as files that annotation tools and tables read; `formats.py` lists them."""
