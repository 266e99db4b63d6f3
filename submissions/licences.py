"""The licences that a dataset may carry, by their SPDX short names."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

LICENCES = [
    ("CC0-1.0", "Creative Commons Zero 1.0"),
    ("CC-BY-4.0", "Creative Commons Attribution 4.0"),
    ("CC-BY-SA-4.0", "Creative Commons Attribution Share Alike 4.0"),
    ("CC-BY-NC-4.0", "Creative Commons Attribution Non Commercial 4.0"),
    ("CC-BY-NC-SA-4.0", "Creative Commons Attribution Non Commercial Share Alike 4.0"),
    ("CC-BY-ND-4.0", "Creative Commons Attribution No Derivatives 4.0"),
    (
        "CC-BY-NC-ND-4.0",
        "Creative Commons Attribution Non Commercial No Derivatives 4.0",
    ),
    ("CC-BY-3.0", "Creative Commons Attribution 3.0"),
    ("CC-BY-SA-3.0", "Creative Commons Attribution Share Alike 3.0"),
    ("CC-BY-2.0", "Creative Commons Attribution 2.0"),
    ("CC-PDDC", "Creative Commons Public Domain Dedication and Certification"),
    ("ODbL-1.0", "Open Data Commons Open Database License 1.0"),
    ("ODC-By-1.0", "Open Data Commons Attribution License 1.0"),
    ("PDDL-1.0", "Open Data Commons Public Domain Dedication and License 1.0"),
    ("CDLA-Permissive-1.0", "Community Data License Agreement Permissive 1.0"),
    ("CDLA-Permissive-2.0", "Community Data License Agreement Permissive 2.0"),
    ("CDLA-Sharing-1.0", "Community Data License Agreement Sharing 1.0"),
    ("C-UDA-1.0", "Computational Use of Data Agreement 1.0"),
    ("O-UDA-1.0", "Open Use of Data Agreement 1.0"),
    ("OGL-UK-3.0", "Open Government Licence UK 3.0"),
    ("OGL-Canada-2.0", "Open Government Licence Canada 2.0"),
    ("etalab-2.0", "Etalab Open License 2.0"),
    ("DL-DE-BY-2.0", "Data licence Germany, attribution, 2.0"),
    ("DL-DE-ZERO-2.0", "Data licence Germany, zero, 2.0"),
    ("NLOD-2.0", "Norwegian Licence for Open Government Data 2.0"),
    ("Apache-2.0", "Apache License 2.0"),
    ("MIT", "MIT License"),
    ("BSD-3-Clause", "BSD 3-Clause License"),
    ("BSD-2-Clause", "BSD 2-Clause License"),
    ("GPL-2.0-only", "GNU General Public License 2.0 only"),
    ("GPL-2.0-or-later", "GNU General Public License 2.0 or later"),
    ("GPL-3.0-only", "GNU General Public License 3.0 only"),
    ("GPL-3.0-or-later", "GNU General Public License 3.0 or later"),
    ("AGPL-3.0-or-later", "GNU Affero General Public License 3.0 or later"),
    ("LGPL-3.0-or-later", "GNU Lesser General Public License 3.0 or later"),
    ("MPL-2.0", "Mozilla Public License 2.0"),
    ("Unlicense", "The Unlicense"),
    ("Unicode-3.0", "Unicode License v3"),
    ("GFDL-1.3-or-later", "GNU Free Documentation License 1.3 or later"),
    # SPDX's way to name what is on none of its lists.
    ("LicenseRef-public-domain", _("Public domain")),
    ("LicenseRef-own-permission", _("We have the owner's permission for this event")),
    ("LicenseRef-proprietary", _("Ours: all rights reserved")),
]
NAMES = dict(LICENCES)
# All other short names of SPDX's list 3.27 that are not deprecated.
MORE = [
    name
    for name in Path(__file__).with_name("spdx.txt").read_text().split()
    if name not in NAMES
]
CHOICES = [
    *LICENCES,
    (_("The rest of the SPDX list"), [(name, name) for name in MORE]),
]
