from judging.models.cards import (
    Comparison,
    Score,
    Scorecard,
    ScorecardRevision,
)
from judging.models.judges import (
    FormerSeat,
    Judge,
    Pairing,
    Recusal,
    new_nonce,
)
from judging.models.pairs import Contender, Walk
from judging.models.results import (
    Award,
    PrizeRule,
    PublishedResult,
    PublishProposal,
    Reveal,
    RoundEstimate,
)
from judging.models.rounds import (
    Criterion,
    Entry,
    JudgingRules,
    Round,
    RubricVersion,
)

__all__ = [
    "Award",
    "Comparison",
    "Contender",
    "Criterion",
    "Entry",
    "FormerSeat",
    "Judge",
    "JudgingRules",
    "Pairing",
    "PrizeRule",
    "PublishProposal",
    "PublishedResult",
    "Recusal",
    "Reveal",
    "Round",
    "RoundEstimate",
    "RubricVersion",
    "Score",
    "Scorecard",
    "ScorecardRevision",
    "Walk",
    "new_nonce",
]
