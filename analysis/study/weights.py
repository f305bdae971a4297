"""Where spatial weights come from and how they are scaled, as a study file says it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from analysis.study.options.base import Column, Settings, Text


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Texts = Annotated[tuple[Text, ...], BeforeValidator(_as_tuple)]

# Which settings belong to which kind; `stored` weights have none.
_SETTINGS: dict[str, tuple[str, ...]] = {
    "stored": ("mart", "id", "borders", "file", "sheet", "links"),
    "inverse_distance": ("places", "power", "cutoff_km"),
    "k_nearest": ("places", "k"),
    "economic_distance": ("column", "power", "year"),
    "nested": ("of", "how", "share", "column", "year"),
}
_EVERY = ("kind", "standardise", "islands", "symmetric")


class PlacesSource(Settings):
    """Where entities lie.

    Attributes
    ----------
    mart, file, sheet
        A table of the schema marts, or a file beside the study.
    label, lon, lat
        Its columns: the entity's label, degrees east and north.
    """

    mart: str | None = None
    file: str | None = None
    sheet: str | None = None
    label: Column = "region_id"
    lon: Column = "capital_lon"
    lat: Column = "capital_lat"

    @model_validator(mode="after")
    def _one_source(self) -> PlacesSource:
        if (self.mart is None) == (self.file is None):
            raise ValueError("give either `mart` or `file`")
        return self


class WeightsSource(Settings):
    """Spatial weights: stored, or made from places, from levels, or from other weights.

    Attributes
    ----------
    mart, id
        A table of pairs in the schema marts, and which `weights_id` in it.
    borders
        Which kinds of border of the mart count, e.g. ``[land]`` without ``strait``; default: all.
        With `links` it says to whom an island is joined.
    links
        Pairs of labels that are neighbours too, in both directions with weight 1.
    file, sheet
        A labelled square or a list of pairs (csv, parquet, xlsx), or a .gal, .gwt or .swm file,
        beside the study.
    kind
        ``inverse_distance`` or ``k_nearest`` by `places`, ``economic_distance`` by a `column` of
        the panel, ``nested`` of other weights; none for stored weights.
    places
        Where entities lie; by default the seats of government in ``marts.dim_region``.
    power, cutoff_km, k
        How fast weights fall with distance, where they end, how many neighbours there are.
    column, year
        The level by which entities are compared: its mean over the panel, or in one year.
    of, how, share
        The weights that are combined (one for ``scaled``), and how: ``product``, ``mixture`` with
        `share` of the first, or ``scaled`` by the neighbour's level of `column`.
    standardise
        ``row``, ``spectral`` or ``none``; done among the entities of each model.
    islands
        ``refused``, or ``allowed`` where entities without neighbours are meant to be there.
    symmetric
        Whether weights are the same in both directions before they are scaled; checked if so.
    """

    mart: str | None = None
    id: str | None = None
    borders: Texts | None = None
    links: tuple[tuple[Text, Text], ...] = ()
    file: str | None = None
    sheet: str | None = None
    kind: Literal["inverse_distance", "k_nearest", "economic_distance", "nested"] | None = None
    places: PlacesSource = PlacesSource(mart="dim_region")
    power: float = Field(default=1.0, gt=0)
    cutoff_km: float | None = Field(default=None, gt=0)
    k: int | None = Field(default=None, gt=0)
    column: Column | None = None
    year: int | None = None
    of: Texts = ()
    how: Literal["product", "mixture", "scaled"] = "product"
    share: float = Field(default=0.5, ge=0, le=1)
    standardise: Literal["row", "spectral", "none"] = "row"
    islands: Literal["refused", "allowed"] = "refused"
    symmetric: bool = False

    @model_validator(mode="after")
    def _settings_fit_kind(self) -> WeightsSource:
        kind = self.kind or "stored"
        odd = self.model_fields_set - {*_SETTINGS[kind], *_EVERY}
        if odd:
            what = f"`kind: {kind}`" if self.kind else "stored weights"
            raise ValueError(f"`{sorted(odd)[0]}` does not belong to {what}")
        if self.kind is None:
            self._check_stored()
        if self.kind == "k_nearest" and self.k is None:
            raise ValueError("`k_nearest` needs `k`, the number of neighbours")
        if self.kind == "economic_distance" and self.column is None:
            raise ValueError("`economic_distance` needs `column`, the level to compare")
        if self.kind == "nested":
            self._check_nested()
        return self

    def _check_stored(self) -> None:
        if (self.mart is None) == (self.file is None):
            raise ValueError("give either `mart` with `id`, or `file`, or a `kind`")
        if (self.mart is None) != (self.id is None):
            raise ValueError("`mart` and `id` go together")
        if self.borders is not None and self.mart is None:
            raise ValueError("`borders` belongs to `mart`")

    def _check_nested(self) -> None:
        wanted = 1 if self.how == "scaled" else 2
        if len(self.of) != wanted:
            raise ValueError(f"`how: {self.how}` combines {wanted} weights; `of` names them")
        if (self.how == "scaled") != (self.column is not None):
            raise ValueError("`column` goes with `how: scaled`, and only with it")
