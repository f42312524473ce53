"""Who is known over time, and who is one of a kind: the material of the recipe's second part."""

from dataclasses import replace

import numpy as np

from trackmend_training.datasets.labelled import Material


def known_people(material: Material, *, reid_dim: int) -> Material:
    """Return the material with one embedding per person where people are known over time.

    Photos, every box of which is a person of its own, lose theirs: the teacher is asked anew.
    """
    counts = np.zeros(material.identity_count, np.int64)
    for image in material.images:
        np.add.at(counts, image.identities[image.identities >= 0], 1)
    prototypes = material.prototypes(reid_dim)
    images = []
    for image in material.images:
        known = len(image.identities) and int(counts[image.identities].max()) > 1
        teacher = prototypes[image.identities] if known else None
        if image.teacher is not None and not len(image.identities):
            teacher = np.zeros((0, reid_dim), np.float32)
        images.append(
            replace(image, teacher=teacher, identities=np.full(len(image.identities), -1))
        )
    return replace(material, images=tuple(images), identity_count=1)
