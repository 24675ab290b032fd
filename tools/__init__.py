"""What the make targets run, beside the program itself."""
