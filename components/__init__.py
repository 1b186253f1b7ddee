"""What pages are made of: shell, filter bar, chart frame, tables, states, words, colours."""
