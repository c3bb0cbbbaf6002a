"""The Qt door: chat window, tray, quick query and settings. It knows ports, options and errors, nothing else."""
