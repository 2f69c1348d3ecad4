# Copyright 2026 The vla_ros authors
# SPDX-License-Identifier: Apache-2.0

# Make message packages usable that were built on another machine.
#
# ROS packages from pip export the Python and numpy include directories of the machine that built
# them. CMake refuses a target with an include directory that does not exist, so forget those.
# Where ROS was built or installed here, nothing changes.
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
