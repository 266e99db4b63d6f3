from recap.models.certificates import Certificate, CertificateQuerySet
from recap.models.recaps import Block, BlockQuerySet, Recap, events_to_recap
from recap.models.talks import TalkProposal, TalkProposalQuerySet

__all__ = [
    "Block",
    "BlockQuerySet",
    "Certificate",
    "CertificateQuerySet",
    "Recap",
    "TalkProposal",
    "TalkProposalQuerySet",
    "events_to_recap",
]
