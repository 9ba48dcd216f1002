"""Values as text: numbers, sizes, tables, charts, JSON."""
