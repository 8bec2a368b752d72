"""Design time: drawings, drafts, versions, publishing."""
