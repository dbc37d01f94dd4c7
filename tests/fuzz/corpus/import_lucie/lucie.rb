require 'lucie/config'

host do |host|
  host.name = 'cluster_node00'
  host.alias = 'Cluster Node #00'
  host.address = '192.168.1.10'
  host.mac_address = '00:0C:29:41:88:F0'
end

host do |host|
  host.name = 'cluster_node01'  # the second
  host.alias = 'Cluster Node #01'
  host.address = '192.168.1.11'
  host.mac_address = '00:0C:29:41:88:F1'
end

host_group do |group|
  group.name = 'presto_cluster'
  group.alias = 'Presto Cluster'
  group.members = [Host['cluster_node00'],
                   Host["cluster_node01"]]
end

package_server do |pkgserver|
  pkgserver.name  = 'debian_mirror'
  pkgserver.alias = 'Local Debian Repository Mirror'
  pkgserver.uri   = 'http://192.168.1.100/debian/'
end

dhcp_server do |dhcp_server|
  dhcp_server.name            = 'dhcp'
  dhcp_server.alias           = 'Cluster DHCP Server'
  dhcp_server.nis_domain_name = 'yp.cluster.example'
  dhcp_server.gateway         = '192.168.1.254'
  dhcp_server.address         = '192.168.1.200'
  dhcp_server.subnet          = '255.255.255.0'
  dhcp_server.dns             = '192.168.1.1'
  dhcp_server.domain_name     = 'cluster.example'
end

installer do |installer|
  installer.name                 = 'presto_installer'
  installer.alias                = 'Presto Cluster Installer'
  installer.address              = '192.168.1.200'
  installer.host_group           = HostGroup['presto_cluster']
  installer.package_server       = PackageServer['debian_mirror']
  installer.dhcp_server          = DHCPServer['dhcp']
  installer.kernel_version       = '2.2.18'
  installer.root_password        = 'xxxxxxxx'
  installer.distribution         = 'debian'
end
