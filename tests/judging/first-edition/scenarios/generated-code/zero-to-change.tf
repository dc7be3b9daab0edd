# network-prod-eu/backbone.tf: one of 38 files
# written by a model from the provider's listing of the account

import {
  to = aws_vpc.backbone
  id = "vpc-0a41c7"
}

resource "aws_vpc" "backbone" {
  cidr_block           = "10.40.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = {
    Name  = "backbone"
    owner = "network"
  }
}

import {
  to = aws_subnet.ocpp_a
  id = "subnet-0b11d2"
}

resource "aws_subnet" "ocpp_a" {
  vpc_id            = aws_vpc.backbone.id
  cidr_block        = "10.40.16.0/20"
  availability_zone = "eu-west-1a"

  tags = {
    Name = "charge-points-a"
  }
}

import {
  to = aws_subnet.ocpp_b
  id = "subnet-0b11d3"
}

resource "aws_subnet" "ocpp_b" {
  vpc_id            = aws_vpc.backbone.id
  cidr_block        = "10.40.32.0/20"
  availability_zone = "eu-west-1b"

  tags = {
    Name = "charge-points-b"
  }
}

import {
  to = aws_vpn_gateway.grid
  id = "vgw-07e9aa"
}

resource "aws_vpn_gateway" "grid" {
  vpc_id          = aws_vpc.backbone.id
  amazon_side_asn = "64620"

  tags = {
    Name = "grid-operators"
  }
}

import {
  to = aws_customer_gateway.grid_north
  id = "cgw-01c5f0"
}

resource "aws_customer_gateway" "grid_north" {
  bgp_asn    = "65010"
  ip_address = "203.0.113.24"
  type       = "ipsec.1"

  tags = {
    Name = "grid-north"
  }
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

  tags = {
    Name = "grid-north"
  }
}

variable "grid_north_key_1" {
  type      = string
  sensitive = true
}

variable "grid_north_key_2" {
  type      = string
  sensitive = true
}

import {
  to = aws_route_table.ocpp
  id = "rtb-0f3360"
}

resource "aws_route_table" "ocpp" {
  vpc_id           = aws_vpc.backbone.id
  propagating_vgws = [aws_vpn_gateway.grid.id]

  tags = {
    Name = "charge-points"
  }
}

import {
  to = aws_route_table_association.ocpp_a
  id = "subnet-0b11d2/rtb-0f3360"
}

resource "aws_route_table_association" "ocpp_a" {
  subnet_id      = aws_subnet.ocpp_a.id
  route_table_id = aws_route_table.ocpp.id
}

import {
  to = aws_route_table_association.ocpp_b
  id = "subnet-0b11d3/rtb-0f3360"
}

resource "aws_route_table_association" "ocpp_b" {
  subnet_id      = aws_subnet.ocpp_b.id
  route_table_id = aws_route_table.ocpp.id
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
