"""The commands of the command line by what they are about, and what they share. Thin: the work is elsewhere."""
