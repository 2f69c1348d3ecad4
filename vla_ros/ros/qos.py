# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The quality-of-service profiles in use, each with its reason."""

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

IMAGES = QoSProfile(
    history=HistoryPolicy.KEEP_LAST, depth=1, reliability=ReliabilityPolicy.BEST_EFFORT
)
"""For subscribing to cameras: hears best-effort and reliable publishers alike, and an image that
has been overtaken is not worth waiting for. Large images need config/fastdds.xml."""

JOINT_STATES = QoSProfile(
    history=HistoryPolicy.KEEP_LAST, depth=20, reliability=ReliabilityPolicy.BEST_EFFORT
)
"""For subscribing to joint states where each one counts, because the one nearest to an image is
looked for; hears every publisher."""

RELIABLE_NEWEST = QoSProfile(
    history=HistoryPolicy.KEEP_LAST, depth=1, reliability=ReliabilityPolicy.RELIABLE
)
"""Between our own nodes: what is sent arrives, and only the newest counts."""

LATCHED = QoSProfile(
    history=HistoryPolicy.KEEP_LAST,
    depth=1,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
)
"""For states published on change: who comes later still learns the newest."""

CHUNKS = QoSProfile(depth=10)
"""From the policy to the gate: the end of one goal and the beginning of the next both arrive."""

DIAGNOSTICS = QoSProfile(depth=10)
"""What tools that read /diagnostics expect."""

RECORDED = QoSProfile(
    history=HistoryPolicy.KEEP_LAST, depth=200, reliability=ReliabilityPolicy.BEST_EFFORT
)
"""For a recorder: hears every publisher, and slows none down."""

RECORDED_LATCHED = QoSProfile(
    history=HistoryPolicy.KEEP_LAST,
    depth=200,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
)
"""For a recorder of what is latched."""
