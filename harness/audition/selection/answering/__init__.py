"""What a selection says in the end: a recommendation, how sure it is, what to do next. Private."""
