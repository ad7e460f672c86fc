create table edits (
    version integer primary key autoincrement, at text not null, person text not null, kind text not null,
    subject text not null, value text not null, reason text not null, withdrawn integer not null default 0);
create index edits_newest on edits (kind, subject, version);
create table scenarios (
    version integer primary key autoincrement, at text not null, person text not null, name text not null,
    edits text not null);
insert into edits (at, person, kind, subject, value, reason) values
    ('2026-11-23T09:00:00+08:00', '张三', 'pin', 'XM-1', '{"site": "S-1"}', '会议纪要');
