"""What staff see of ideas, data, projects and the catalogue of tools."""

from submissions.admin import catalogue, projects

__all__ = ["catalogue", "projects"]
