# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0

# Message packages export the include directories of Python and numpy on the machine that built
# them. That is of no use elsewhere, and an error where the directories do not exist.

# Forget the directories that do not exist here, as those of ROS packages from pip.
# Where ROS was built or installed on this machine, nothing changes.
function(vla_ros_drop_missing_includes)
  foreach(package IN LISTS ARGN)
    set(target ${package}::${package}__rosidl_generator_py)
    if(NOT TARGET ${target})
      continue()
    endif()
    get_target_property(directories ${target} INTERFACE_INCLUDE_DIRECTORIES)
    set(existing "")
    foreach(directory IN LISTS directories)
      if(directory MATCHES "^\\$<" OR IS_DIRECTORY "${directory}")
        list(APPEND existing "${directory}")
      endif()
    endforeach()
    set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${existing}")
  endforeach()
endfunction()

# Keep our own out of what we export. CMake also refuses to export a directory of the source tree,
# and a virtual environment often lies there.
function(vla_ros_keep_includes_private target)
  get_target_property(directories ${target} INTERFACE_INCLUDE_DIRECTORIES)
  set_target_properties(${target} PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "$<BUILD_INTERFACE:${directories}>")
endfunction()
