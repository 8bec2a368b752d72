"""The engine: carries out what the planner plans, durably. It knows the pure core and the node kinds, no table."""
