"""What selections come to: scores, rankings by memory budget, reports."""
