"""What people decide about pairs, as pure functions: actions, the queue's doubts, what is exported."""
