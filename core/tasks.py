from celery import shared_task

from core import receipts


@shared_task
def forget_old_receipts() -> None:
    receipts.forget_old_receipts()
