# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The gate between a policy and the arm: pure, and no policy can talk it out of its limits."""

from vla_ros.gate.checks import ALL_CHECKS as ALL_CHECKS
from vla_ros.gate.config import GateConfig as GateConfig
from vla_ros.gate.config import make_gate_config as make_gate_config
from vla_ros.gate.gate import Gate as Gate
from vla_ros.gate.state import Decision as Decision
from vla_ros.gate.state import EstopInput as EstopInput
from vla_ros.gate.state import GateInputs as GateInputs
from vla_ros.gate.state import GateState as GateState
from vla_ros.gate.vocabulary import GateMode as GateMode
from vla_ros.gate.vocabulary import Reason as Reason
from vla_ros.gate.vocabulary import Request as Request
from vla_ros.gate.vocabulary import Verdict as Verdict
