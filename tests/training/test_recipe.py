"""How the bundled model's material is made, short of running the teachers."""

from pathlib import Path

import numpy as np
import pytest

from trackmend_core.errors import UserError
from trackmend_training.recipe.bundled import SHARES, bundled_config
from trackmend_training.recipe.material import is_known_person, prepare_material
from trackmend_training.teacher import PersonBoxes, fit_projection


def test_material_that_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "street").mkdir()
    with pytest.raises(UserError, match="lacks coco-person"):
        prepare_material(tmp_path, tmp_path / "out", tell=lambda _: None)


def test_prepared_material_is_not_made_again(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "prepared").touch()
    told: list[str] = []
    prepare_material(tmp_path / "nothing", tmp_path / "out", tell=told.append)
    assert told == ["The material is already prepared."]


def test_the_recipe_names_every_part_of_the_material(tmp_path: Path) -> None:
    config = bundled_config(data_dir=tmp_path, material_dir=tmp_path / "m", out_dir=tmp_path)
    assert [Path(source.path).name for source in config.sources] == list(SHARES)
    assert sum(SHARES.values()) == pytest.approx(1)


def test_a_part_of_a_labelled_person_is_not_doubtful() -> None:
    known = np.array([[100.0, 100.0, 140.0, 200.0]])
    found = np.array(
        [
            [102.0, 98.0, 142.0, 204.0],  # the same person
            [105.0, 100.0, 135.0, 150.0],  # the upper half
            [300.0, 100.0, 340.0, 200.0],  # somebody else
        ]
    )
    assert is_known_person(found, known).tolist() == [True, True, False]
    assert is_known_person(found, np.zeros((0, 4))).tolist() == [False] * 3


def test_the_better_of_two_boxes_of_one_person_stays() -> None:
    boxes = np.array([[0, 0, 10, 20], [1, 0, 11, 20], [50, 0, 60, 20]], np.float64)
    kept = PersonBoxes(boxes, np.array([0.5, 0.9, 0.3])).without_doubles(0.5)
    assert kept.scores.tolist() == [0.9, 0.3]
    np.testing.assert_array_equal(kept.boxes_xyxy, boxes[[1, 2]])


def test_projected_strangers_are_as_alike_as_wanted() -> None:
    random = np.random.default_rng(0)
    people = random.standard_normal((60, 32)) + 3 * random.standard_normal(32)
    people /= np.linalg.norm(people, axis=1, keepdims=True)
    twice = np.concatenate([people, people + 0.02 * random.standard_normal(people.shape)])
    twice /= np.linalg.norm(twice, axis=1, keepdims=True)
    twice[5] = 0
    embeddings = twice.astype(np.float32)
    projection = fit_projection([embeddings], dimension=16, common_share=0.25)
    projected = projection.apply(embeddings)
    assert projected.shape == (120, 16)
    assert np.abs(projected[5]).max() == 0
    lengths = np.linalg.norm(np.delete(projected, 5, axis=0), axis=1)
    np.testing.assert_allclose(lengths, 1, rtol=1e-5)
    cosine = projected @ projected.T
    strangers = cosine[:60, :60][np.triu_indices(60, 1)]
    assert np.median(strangers[strangers != 0]) == pytest.approx(0.25, abs=0.1)
    same = cosine[np.arange(60), np.arange(60) + 60]
    assert np.median(same) > 0.7
