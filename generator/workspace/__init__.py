"""The folders of a build, and what lasts from one build to the next."""
