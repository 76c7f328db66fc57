"""What touches the machine: files, processes, git, time; it knows no note."""
