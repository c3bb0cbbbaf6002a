"""The tools that models may use, put together: the skills, and those of MCP servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jarvis.app.once import built_once
from jarvis.app.preferences import privacy_of
from jarvis.assistant.toolboxes import CombinedToolbox
from jarvis.contracts.mcp_desk import McpDesk
from jarvis.mcp_servers.children import ChildKeeping
from jarvis.mcp_servers.configuration import FILE_NAME
from jarvis.mcp_servers.desk import ServerDesk
from jarvis.mcp_servers.servers import ConfiguredServers
from jarvis.mcp_servers.toolbox import McpToolbox
from jarvis.processes.capped_log import CappedLog
from jarvis.processes.tree import kill_tree
from jarvis.skills.tools import SkillTools

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis


class Tools:
    """The toolbox of the assistant, and the servers behind a part of it, started when they are first needed."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis
        self.building = jarvis.building

    @built_once
    def servers(self) -> ConfiguredServers:
        """The MCP servers of `mcp.json` in Jarvis' folder."""
        folders, registry = self._jarvis.folders, self._jarvis.registry
        servers = ConfiguredServers(
            folders.home / FILE_NAME,
            secret=self._jarvis.secrets().get,
            keeping=ChildKeeping(
                add=registry.add,
                remove=registry.remove,
                kill_tree=kill_tree,
                log=lambda name: CappedLog(folders.logs / f"mcp-{name}.log"),
            ),
            clock=self._jarvis.clock,
            memory=folders.cache / "mcp-tools.json",
        )
        self._jarvis.on_close(servers.close)
        return servers

    @built_once
    def toolbox(self) -> CombinedToolbox:
        """Skills first, then servers."""
        room = self._jarvis.routing_room
        servers = McpToolbox(
            self.servers,
            room.permissions,
            room.audit,
            stays=lambda: privacy_of(self._jarvis.settings) == "local",
        )
        return CombinedToolbox(SkillTools(self._jarvis.skill_book, room.permissions), {"mcp_": servers})

    def desk(self) -> McpDesk:
        """The servers as the doors see them."""
        return ServerDesk(self.servers, self._jarvis.routing_room.permissions, self._jarvis.routing_room.audit)
