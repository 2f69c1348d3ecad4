# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tell a robot arm what to do in plain language; a gate proves every command safe.

In a source tree this folder shadows the built package of the same name. Extending the path
finds the generated `vla_ros.msg`, `vla_ros.srv` and `vla_ros.action` there again.
"""

from pkgutil import extend_path

from vla_ros.resources import ensure_ament_prefix_path

__path__ = extend_path(__path__, __name__)
__version__ = "0.1.0"

ensure_ament_prefix_path()
