"""What selections come to: scores, rankings by memory budget, reports. `audition.types` has their public names."""
