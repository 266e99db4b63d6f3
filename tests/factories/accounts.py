from factory import Sequence
from factory.django import DjangoModelFactory, Password

from accounts.models import Skill, User


class SkillFactory(DjangoModelFactory):
    class Meta:
        model = Skill

    name = Sequence(lambda n: f"Skill {n}")
    slug = Sequence(lambda n: f"skill-{n}")


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = Sequence(lambda n: f"person{n}@example.org")
    display_name = Sequence(lambda n: f"Person {n}")
    password = Password("correct horse battery")
