from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.importing import Files


@pytest.fixture
def files(session: Session, tmp_path: Path, now: datetime) -> Files:
    return Files(session, tmp_path, now)
