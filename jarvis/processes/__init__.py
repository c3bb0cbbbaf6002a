"""Child processes: started once, watched, stopped as a tree, and never left behind."""
