"""What pages of lower layers show of the API by name: templates are not bound to the layers of imports."""
