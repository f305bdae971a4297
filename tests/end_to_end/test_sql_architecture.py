"""The rules of the SQL path, checked on dbt's own manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support import ROOT, Workspace

Node = dict[str, Any]

# Which layers a layer may read. What came in is shown as it is: those marts read staging.
# Staging waits for staging where a fault of the raw files should show once.
MAY_READ = {
    "staging": {"source", "staging"},
    "intermediate": {"staging", "intermediate", "seed"},
    "marts": {"intermediate", "marts", "seed"},
    "marts/landing": {"staging"},
}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Node:
    workspace = Workspace(tmp_path_factory.mktemp("manifest"))
    workspace.dbt("parse")
    loaded: Node = json.loads((workspace.folder / "target" / "manifest.json").read_text("utf-8"))
    return loaded


@pytest.fixture(scope="module")
def models(manifest: Node) -> dict[str, Node]:
    """SQL models by their unique id."""
    return {
        key: node
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["language"] == "sql"
    }


def layer_of(unique_id: str, models: dict[str, Node]) -> str:
    kind = unique_id.split(".")[0]
    if kind != "model":
        return kind
    parts = Path(models[unique_id]["path"]).parts
    return "/".join(parts[:2]) if parts[:2] == ("marts", "landing") else parts[0]


def test_layers_read_one_way(models: dict[str, Node]) -> None:
    breaches = [
        (node["name"], parent)
        for key, node in models.items()
        for parent in node["depends_on"]["nodes"]
        if layer_of(parent, models) not in MAY_READ[layer_of(key, models)]
    ]
    assert not breaches
    staging = [node for key, node in models.items() if layer_of(key, models) == "staging"]
    assert all("from {{ source(" in node["raw_code"] for node in staging)
    assert not any("from {{ ref(" in node["raw_code"] for node in staging)


def test_marts_are_under_contract_with_keys_and_comments(models: dict[str, Node]) -> None:
    marts = [node for key, node in models.items() if node["schema"] == "marts"]
    assert len(marts) > 20
    for mart in marts:
        name = mart["name"]
        assert mart["config"]["contract"]["enforced"], name
        assert mart["config"]["persist_docs"] == {"relation": True, "columns": True}, name
        keys = [c["columns"] for c in mart["constraints"] if c["type"] == "primary_key"]
        assert len(keys) == 1, name
        for key in keys[0]:
            kinds = [c["type"] for c in mart["columns"][key]["constraints"]]
            assert "not_null" in kinds, (name, key)
        assert "One row per" in mart["description"], name
        for column in mart["columns"].values():
            assert len(column["description"]) > 10, (name, column["name"])
            assert column["data_type"], (name, column["name"])


def test_every_model_and_macro_is_described(manifest: Node, models: dict[str, Node]) -> None:
    for node in models.values():
        assert "One row per" in node["description"], node["name"]
        assert "grain:" in node["raw_code"], node["name"]
    own = [
        macro
        for macro in manifest["macros"].values()
        if macro["package_name"] == "regional_panel"
        and not macro["name"].startswith(("default__", "duckdb__", "test_"))
    ]
    assert own
    for macro in own:
        assert macro["description"], macro["name"]


def test_revisions_know_every_setting(manifest: Node) -> None:
    settings = yaml.safe_load((ROOT / "dbt_project.yml").read_text("utf-8"))["vars"]
    known = manifest["macros"]["macro.regional_panel.settings_text"]["macro_sql"]
    assert [name for name in settings if f"'{name}'" not in known] == []


def test_what_only_duckdb_has_stays_in_macros(models: dict[str, Node]) -> None:
    duckdb_only = ("exclude (", "string_agg(", "arg_max(", "arg_min(", "ignore nulls", " by all")
    for node in models.values():
        for term in duckdb_only:
            assert term not in node["raw_code"].lower(), (node["name"], term)
