"""The webhook's own programs: what its Lambda makes of GitLab's deliveries, and what its build makes of a push."""
