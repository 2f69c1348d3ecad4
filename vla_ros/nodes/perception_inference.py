# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""perception_node and inference_node in one process, so that no observation is copied for it.

Both are what they are in processes of their own: names, parameters, lifecycle, topics. What ends
one of them ends both, and then the gate stops the arm.
"""

import sys
from functools import partial

from vla_ros.nodes import inference_node
from vla_ros.nodes.base import Part, run_nodes
from vla_ros.nodes.inference_node import InferenceNode, MakeBackend
from vla_ros.nodes.perception_node import PerceptionNode
from vla_ros.observe.handover import Handover
from vla_ros.policy import registry


def run(make_backend: MakeBackend = registry.make_backend) -> int:
    """Run both nodes until they are told to end; the exit code.

    Args:
        make_backend: Loads the policy.
    """
    handover = Handover()
    return run_nodes(
        [
            Part(make_node=partial(PerceptionNode, handover)),
            Part(
                make_node=partial(InferenceNode, make_backend, handover),
                make_executor=inference_node.make_executor,
            ),
        ]
    )


def main() -> int:
    """Run both nodes until they are told to end."""
    return run()


if __name__ == "__main__":
    sys.exit(main())
