from django.apps import AppConfig


class JudgingConfig(AppConfig):
    name = "judging"

    def ready(self) -> None:
        from core.ledger import guard  # noqa: PLC0415 -- needs all models
        from judging.models import (  # noqa: PLC0415
            Comparison,
            PublishedResult,
            RubricVersion,
            ScorecardRevision,
        )

        # An organiser decides once about what came late; a judge takes back once.
        guard(
            ScorecardRevision,
            outcome="OLD.outcome = 'late'",
        )
        guard(
            Comparison,
            undone_at="OLD.undone_at IS NULL OR OLD.late = 'waits'",
            late="OLD.late = 'waits'",
        )
        guard(
            PublishedResult,
            published_by_id="NEW.published_by_id IS NULL",
        )
        guard(RubricVersion, made_by_id="NEW.made_by_id IS NULL")
