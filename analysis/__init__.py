"""From the validated panel to findings: methods, studies, results and the report."""
