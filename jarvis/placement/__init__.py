"""What a model takes in memory, where it goes on a machine, and how fast it will be there. Pure."""
