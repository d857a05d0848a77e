"""The terminal side of eipdeck: the dashboard and the command line."""
