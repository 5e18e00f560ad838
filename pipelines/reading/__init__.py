"""What the read commands show: theme counts, one account, the short report. Loads no model library."""
