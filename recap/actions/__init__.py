"""What can happen to a recap, its blocks, its certificates and offers of talks."""

from recap.actions.certificates import (
    issue_certificates,
    rename_certificate,
    restore_certificate,
    revoke_certificate,
)
from recap.actions.digest import AlreadySent, NotPublishedYet, send_digest
from recap.actions.recaps import (
    NotOver,
    add_block,
    change_recap,
    edit_block,
    keep_up,
    make_recap,
    move_block,
    publish_recap,
    remove_block,
    revert_block,
    show_block,
    withdraw_recap,
)
from recap.actions.talks import (
    AlreadyOffered,
    NotThere,
    answer_talk,
    offer_talk,
    withdraw_talk,
)

__all__ = [
    "AlreadyOffered",
    "AlreadySent",
    "NotOver",
    "NotPublishedYet",
    "NotThere",
    "add_block",
    "answer_talk",
    "change_recap",
    "edit_block",
    "issue_certificates",
    "keep_up",
    "make_recap",
    "move_block",
    "offer_talk",
    "publish_recap",
    "remove_block",
    "rename_certificate",
    "restore_certificate",
    "revert_block",
    "revoke_certificate",
    "send_digest",
    "show_block",
    "withdraw_recap",
    "withdraw_talk",
]
