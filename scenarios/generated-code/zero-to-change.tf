# network-prod-eu/grid.tf, 1 of 38 files
# written by a model from the provider's listing of the account

import {
  to = aws_vpn_gateway.grid
  id = "vgw-07e9aa"
}

resource "aws_vpn_gateway" "grid" {
  vpc_id          = aws_vpc.backbone.id
  amazon_side_asn = "64620"

  tags = { Name = "grid-operators" }
}

import {
  to = aws_vpn_connection.grid_north
  id = "vpn-0d92b8"
}

resource "aws_vpn_connection" "grid_north" {
  vpn_gateway_id        = aws_vpn_gateway.grid.id
  customer_gateway_id   = aws_customer_gateway.grid_north.id
  type                  = "ipsec.1"
  static_routes_only    = false
  tunnel1_preshared_key = var.grid_north_key_1
  tunnel2_preshared_key = var.grid_north_key_2

  tags = { Name = "grid-north" }
}

import {
  to = aws_route_table.chargers
  id = "rtb-0f3360"
}

resource "aws_route_table" "chargers" {
  vpc_id           = aws_vpc.backbone.id
  propagating_vgws = [aws_vpn_gateway.grid.id]

  tags = { Name = "charge-points" }
}

import {
  to = aws_route53_record.gateway
  id = "Z08842_ocpp.example.net_A"
}

resource "aws_route53_record" "gateway" {
  zone_id = "Z08842"
  name    = "ocpp.example.net"
  type    = "A"
  ttl     = 300
  records = ["198.51.100.7", "198.51.100.8"]
}
