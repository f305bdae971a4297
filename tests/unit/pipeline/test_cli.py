"""What the command of a run says of a wrong argument."""

from __future__ import annotations

import json

import pytest

from analysis.run import cli


def test_a_misspelt_model_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--only", "baselin_4"]) == cli.MISUSED == 2
    said = "The study has no model `baselin_4`: did you mean `baseline_4`?"
    assert capsys.readouterr().err == f"{said}\n"
    assert cli.main(["--only", "baselin_4", "--json"]) == cli.MISUSED
    assert json.loads(capsys.readouterr().out) == {"error": said, "exit_code": cli.MISUSED}
