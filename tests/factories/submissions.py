from django.utils import timezone
from factory import LazyFunction, SelfAttribute, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from submissions.models import Dataset, Idea, Project, Tool, ToolCategory, ToolUse
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory
from tests.factories.teams import TeamFactory


class ToolCategoryFactory(DjangoModelFactory):
    class Meta:
        model = ToolCategory

    name = Sequence(lambda n: f"Category {n}")
    slug = Sequence(lambda n: f"category-{n}")


class ToolFactory(DjangoModelFactory):
    class Meta:
        model = Tool

    category = SubFactory(ToolCategoryFactory)
    name = Sequence(lambda n: f"Tool {n}")
    slug = Sequence(lambda n: f"tool-{n}")


class IdeaFactory(DjangoModelFactory):
    class Meta:
        model = Idea

    event = SubFactory(EventFactory)
    author = SubFactory(UserFactory)
    title = Sequence(lambda n: f"Idea {n}")
    pitch = "A pitch."


class DatasetFactory(DjangoModelFactory):
    class Meta:
        model = Dataset

    team = SubFactory(TeamFactory)
    event = SelfAttribute("team.event")
    title = Sequence(lambda n: f"Dataset {n}")
    slug = Sequence(lambda n: f"dataset-{n}")
    link = "https://example.org/data.csv"
    licence = "CC0-1.0"
    provenance = "Measured by us."


class ProjectFactory(DjangoModelFactory):
    class Meta:
        model = Project

    class Params:
        submitted = Trait(
            status=Project.Status.SUBMITTED, submitted_at=LazyFunction(timezone.now)
        )

    team = SubFactory(TeamFactory)
    event = SelfAttribute("team.event")
    title = Sequence(lambda n: f"Project {n}")
    slug = Sequence(lambda n: f"project-{n}")


class ToolUseFactory(DjangoModelFactory):
    class Meta:
        model = ToolUse

    project = SubFactory(ProjectFactory)
    tool = SubFactory(ToolFactory)
