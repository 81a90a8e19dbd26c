"""One file a format, read and written; other conventions are turned into ours here and nowhere else."""
