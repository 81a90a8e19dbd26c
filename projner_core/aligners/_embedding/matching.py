"""From the similarities of two sentences' units to links, for a batch of pairs at once.

Everything here is a tensor (pairs, source units, target units), padded; `inside` tells cells from padding.
The formulas are those of SimAlign (Jalili Sabet et al. 2020) and AWESoME (Dou and Neubig 2021);
docs/embedding.md has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

if TYPE_CHECKING:
    import torch

Method = Literal["inter", "itermax", "mwmf"]
METHODS: tuple[Method, ...] = ("inter", "itermax", "mwmf")

# Two similarities nearer than this may change places when floats are summed in another order. What float32
# loses on unit vectors of 768 numbers is below 1e-6.
CLOSE = 2e-6
_LATER = 0.9  # what a second link costs a unit in itermax


@dataclass(frozen=True, slots=True)
class Shapes:
    """How large each pair of a batch is.

    Attributes:
        rows: source units, int64 (pairs,), none of them 0.
        columns: target units, int64 (pairs,), none of them 0.
        inside: bool (pairs, most source units, most target units).
    """

    rows: torch.Tensor
    columns: torch.Tensor
    inside: torch.Tensor

    @classmethod
    def of(cls, rows: torch.Tensor, columns: torch.Tensor) -> Shapes:
        """From the sizes alone."""
        import torch

        row = torch.arange(int(rows.max()), device=rows.device)
        column = torch.arange(int(columns.max()), device=rows.device)
        inside = (row < rows[:, None])[:, :, None] & (column < columns[:, None])[:, None, :]
        return cls(rows, columns, inside)


class Matcher(Protocol):
    """How links come of similarities."""

    unit_length: ClassVar[bool]  # whether vectors are scaled to length 1 first
    can_tie: ClassVar[bool]  # whether the order of nearly equal similarities decides

    def similarity(self, products: torch.Tensor, shapes: Shapes) -> torch.Tensor:
        """From the scalar products of the units' vectors."""
        ...

    def links(self, similarity: torch.Tensor, shapes: Shapes) -> torch.Tensor:
        """Bool: which units are linked."""
        ...

    def directions(self, similarity: torch.Tensor, shapes: Shapes) -> tuple[torch.Tensor, torch.Tensor]:
        """P(source unit | target unit), whose columns sum to 1, and P(target | source), whose rows do."""
        ...

    def tied(self, similarity: torch.Tensor, shapes: Shapes, links: torch.Tensor) -> torch.Tensor:
        """Bool (pairs,): where similarities that are nearly equal decide a link."""
        ...


@dataclass(frozen=True, slots=True)
class Argmax:
    """SimAlign: links between units that are each other's most similar.

    Attributes:
        method: `inter`, `itermax` or `mwmf`.
        distortion: how much positions count, 0 to 1.
        null: a link whose both units are linked with this much entropy, or more, is dropped; 1 drops none.
        temperature: of the softmax over cosines that scores links; it changes no link.
    """

    method: Method
    distortion: float = 0.0
    null: float = 1.0
    temperature: float = 0.05
    unit_length: ClassVar[bool] = True
    can_tie: ClassVar[bool] = True

    def similarity(self, products: torch.Tensor, shapes: Shapes) -> torch.Tensor:
        """Cosines moved into [0, 1], times 1 - distortion · (difference of relative positions)²."""
        similarity = (products + 1.0) / 2.0
        if not self.distortion:
            return similarity
        return similarity * (1.0 - _distances(shapes) ** 2 * self.distortion)

    def links(self, similarity: torch.Tensor, shapes: Shapes) -> torch.Tensor:
        """By the method, without those that `null` drops."""
        if self.method == "mwmf":
            links = heaviest_matching(similarity, shapes)
        else:
            links = mutual(similarity, shapes.inside)
            if self.method == "itermax":
                links = links | second_round(similarity, shapes, links)
        return links & (entropy(similarity, shapes) <= self.null) if self.null < 1.0 else links

    def directions(self, similarity: torch.Tensor, shapes: Shapes) -> tuple[torch.Tensor, torch.Tensor]:
        """Softmax of cosine / temperature; where distortion counts, of what it left of the cosine."""
        return _softmaxes(similarity * (2.0 / self.temperature), shapes.inside)

    def tied(self, similarity: torch.Tensor, shapes: Shapes, links: torch.Tensor) -> torch.Tensor:
        """Two best of a row or a column nearly equal; of mwmf, another matching nearly as heavy."""
        import torch

        if self.method == "mwmf":
            return _other_matching(similarity, shapes, links)
        found = _close(similarity, shapes.inside)
        if self.method == "itermax":
            first = mutual(similarity, shapes.inside)
            lowered, open_cells = _lowered(similarity, shapes, first)
            found |= _close(lowered, open_cells)
        if self.null < 1.0:
            near = (entropy(similarity, shapes) - self.null).abs() < CLOSE
            found |= (near & shapes.inside).flatten(1).any(1)
        assert found.dtype == torch.bool
        return found


@dataclass(frozen=True, slots=True)
class Softmax:
    """AWESoME: links where both directions' softmax of the scalar products exceeds a threshold."""

    threshold: float = 0.001
    unit_length: ClassVar[bool] = False
    can_tie: ClassVar[bool] = False

    def similarity(self, products: torch.Tensor, shapes: Shapes) -> torch.Tensor:
        """The scalar products as they are."""
        return products

    def links(self, similarity: torch.Tensor, shapes: Shapes) -> torch.Tensor:
        """Both directions above the threshold."""
        forward, backward = _softmaxes(similarity, shapes.inside)
        return (forward > self.threshold) & (backward > self.threshold) & shapes.inside

    def directions(self, similarity: torch.Tensor, shapes: Shapes) -> tuple[torch.Tensor, torch.Tensor]:
        """The same softmaxes."""
        return _softmaxes(similarity, shapes.inside)

    def tied(self, similarity: torch.Tensor, shapes: Shapes, links: torch.Tensor) -> torch.Tensor:
        """Nothing is decided by an order."""
        return shapes.rows < 0


def mutual(similarity: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
    """Cells that are the greatest of their row and of their column; of equals the first."""
    import torch

    cells = similarity.masked_fill(~inside, -1.0)
    forward = torch.zeros_like(inside).scatter_(2, cells.argmax(2, keepdim=True), True)
    backward = torch.zeros_like(inside).scatter_(1, cells.argmax(1, keepdim=True), True)
    return forward & backward & inside


def second_round(similarity: torch.Tensor, shapes: Shapes, links: torch.Tensor) -> torch.Tensor:
    """What itermax adds to mutual links: the same again, for units that are not linked yet.

    A cell of a linked and an unlinked unit counts 0.9 of its similarity, one of two linked units nothing.
    Nothing is added where a side has at most two units, or all of a side are linked.
    """
    lowered, open_cells = _lowered(similarity, shapes, links)
    return mutual(lowered, shapes.inside) & open_cells


def _lowered(
    similarity: torch.Tensor, shapes: Shapes, links: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """The similarities of the second round, and which cells may be linked in it."""
    import torch

    row_taken, column_taken = links.any(2), links.any(1)
    goes_on = torch.minimum(shapes.rows, shapes.columns) > 2
    goes_on &= (row_taken.sum(1) < shapes.rows) & (column_taken.sum(1) < shapes.columns)
    both = row_taken[:, :, None] & column_taken[:, None, :]
    either = row_taken[:, :, None] ^ column_taken[:, None, :]
    lowered = torch.where(either, similarity * _LATER, similarity).masked_fill(both, 0.0)
    return lowered, shapes.inside & ~both & goes_on[:, None, None]


def heaviest_matching(similarity: torch.Tensor, shapes: Shapes) -> torch.Tensor:
    """mwmf: as many links as the smaller side has units, one a unit at most, of the greatest sum."""
    import numpy as np
    import torch
    from scipy.optimize import linear_sum_assignment

    cells = similarity.detach().cpu().double().numpy()
    found = np.zeros(cells.shape, dtype=bool)
    sizes = zip(shapes.rows.tolist(), shapes.columns.tolist(), strict=True)
    for pair, (rows, columns) in enumerate(sizes):
        found[pair][linear_sum_assignment(cells[pair, :rows, :columns], maximize=True)] = True
    return torch.from_numpy(found).to(similarity.device)


def _other_matching(similarity: torch.Tensor, shapes: Shapes, links: torch.Tensor) -> torch.Tensor:
    """Whether making the matching a little lighter makes another one the heaviest.

    If not, any matching that differs in k links is lighter by k times that little.
    """
    decided = links.cpu()  # where the matching is found anyway, and which has float64: Apple's GPUs have not
    again = heaviest_matching(similarity.cpu().double() - decided * CLOSE, shapes)
    return (again != decided).flatten(1).any(1)


def entropy(similarity: torch.Tensor, shapes: Shapes) -> torch.Tensor:
    """For each cell the smaller of its row's and its column's entropy, over the logarithm of the length.

    Similarities are made to sum to 1 first. 1.0 means that nothing is more similar than anything else.
    """
    import torch

    cells = similarity.masked_fill(~shapes.inside, 0.0)
    of_rows = torch.special.entr(cells / cells.sum(2, keepdim=True).clamp(min=1e-12)).sum(2)
    of_columns = torch.special.entr(cells / cells.sum(1, keepdim=True).clamp(min=1e-12)).sum(1)
    of_rows = of_rows / torch.log(shapes.columns.to(of_rows)).clamp(min=1e-12)[:, None]
    of_columns = of_columns / torch.log(shapes.rows.to(of_columns)).clamp(min=1e-12)[:, None]
    return torch.minimum(of_rows[:, :, None], of_columns[:, None, :])


def _distances(shapes: Shapes) -> torch.Tensor:
    """The difference of relative positions, 0 where a side has one unit."""
    import torch

    _, most_rows, most_columns = shapes.inside.shape
    device = shapes.rows.device
    exact = torch.float32 if device.type == "mps" else torch.float64
    row = torch.arange(most_rows, device=device, dtype=exact) / (shapes.rows[:, None] - 1).clamp(min=1)
    column = torch.arange(most_columns, device=device, dtype=exact) / (shapes.columns[:, None] - 1).clamp(
        min=1
    )
    far = (column[:, None, :] - row[:, :, None]).abs()
    return far * (torch.minimum(shapes.rows, shapes.columns) > 1)[:, None, None]


def _softmaxes(logits: torch.Tensor, inside: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Softmax over source units, and over target units; 0 outside."""
    cells = logits.masked_fill(~inside, float("-inf"))
    return cells.softmax(1).nan_to_num(0.0), cells.softmax(2).nan_to_num(0.0)


def _close(similarity: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
    """Bool (pairs,): whether some row's or column's greatest has a second that is nearly as great."""
    cells = similarity.masked_fill(~inside, -1.0)
    row_rivals = ((cells >= cells.amax(2, keepdim=True) - CLOSE) & inside).sum(2)
    column_rivals = ((cells >= cells.amax(1, keepdim=True) - CLOSE) & inside).sum(1)
    return (row_rivals > 1).any(1) | (column_rivals > 1).any(1)
