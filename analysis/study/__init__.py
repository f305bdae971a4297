"""Study files: what is estimated, declared; nothing here computes."""
