import pytest

from judging import posterior


@pytest.fixture(autouse=True)
def shorter_chain(monkeypatch):
    """Enough draws to tell first from last, in a tenth of the time."""
    monkeypatch.setattr(posterior, "ROUNDS", 200)
    monkeypatch.setattr(posterior, "BURN_IN", 80)
