"""The commands, a file each: a function that does the work, and how click calls and prints it;
and what they share (`common`, `console`, `baselines`)."""
