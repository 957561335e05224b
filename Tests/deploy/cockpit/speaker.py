"""speaker.py FILE: org.amtguard1 on the bus, whose Describe() answers with the file: a status of another machine."""
import json
import sys

from jeepney import DBusAddress, HeaderFields, MessageType, new_error, new_method_call, new_method_return
from jeepney.io.blocking import open_dbus_connection

text = open(sys.argv[1]).read()
status = json.loads(text)
properties = {"Verdict": status["verdict"], "Version": status["version"]}
connection = open_dbus_connection(bus="SYSTEM")
bus = DBusAddress("/org/freedesktop/DBus", bus_name="org.freedesktop.DBus", interface="org.freedesktop.DBus")
connection.send_and_get_reply(new_method_call(bus, "RequestName", "su", ("org.amtguard1", 0)))
while True:
    message = connection.receive()
    if message.header.message_type != MessageType.method_call:
        continue
    member = message.header.fields[HeaderFields.member]
    if member == "Describe":
        reply = new_method_return(message, "s", (text,))
    elif member == "Get":
        reply = new_method_return(message, "v", (("s", properties[message.body[1]]),))
    else:
        reply = new_error(message, "org.freedesktop.DBus.Error.UnknownMethod", "s", (member,))
    connection.send(reply)
