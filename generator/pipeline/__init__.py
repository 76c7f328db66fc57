"""The main job: read → collect → identify → render → write."""
