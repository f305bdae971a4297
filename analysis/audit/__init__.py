"""The audit of printed tables: a file of figures as printed in, graded findings out."""
